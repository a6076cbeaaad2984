import Frontend

@main
struct Unblended {
  static func main() async { await UnblendedCommand.main() }
}
