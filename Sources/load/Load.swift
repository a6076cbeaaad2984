import Frontend

@main
struct Load {
  static func main() async { await LoadCommand.main() }
}
