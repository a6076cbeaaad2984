import CPlatform

/// The memory of a process that holds admin keys.
public enum CoreDumps {
  /// Keeps this process out of core dumps, whoever collects them, and unreadable for other processes of its user.
  ///
  /// What the process starts can dump again, but for the limit. Where the system refuses, the process goes on: a
  /// dump is not the only thing that has to go wrong.
  public static func forbid() { _ = platform_forbid_core_dumps() }
}
