import Frontend

@main
struct Extract {
  static func main() async { await ExtractCommand.main() }
}
