import Frontend

/// Called by the name of a stage, as the tarball's links do, it is that stage.
@main
struct Unblended {
  static func main() async {
    let name = CommandLine.arguments.first?.split(separator: "/").last
    switch name {
    case "extract": await ExtractCommand.main()
    case "normalize": await NormalizeCommand.main()
    case "load": await LoadCommand.main()
    default: await UnblendedCommand.main()
    }
  }
}
