import Frontend

@main
struct Normalize {
  static func main() async { await NormalizeCommand.main() }
}
