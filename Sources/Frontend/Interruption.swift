import Glibc
import Synchronization

/// Where the signal handler writes to; a handler may touch nothing but this.
private let signalPipe = Atomic<Int32>(-1)

/// Ends a run within a second of SIGTERM or SIGINT, with the work so far kept.
///
/// The run is asked to stop and given time to write its record. What does not stop in time is ended where it is, as a
/// kill would: files are replaced at once or not at all, so that the next run completes it.
final class Interruption: Sendable {
  /// What a signal ends.
  struct Work: Sendable {
    /// Asks it to stop; given the signal's name.
    var cancel: @Sendable (String) -> Void
    /// Writes what can be written without its help.
    var lastResort: @Sendable () -> Void
  }

  private struct State {
    var work: Work?
    var isFinished = false
  }
  private let state = Mutex(State())
  private let tell: @Sendable (String) -> Void

  private static let exitCode: Int32 = 75
  private static let patience = Duration.milliseconds(700)
  private static let limit = Duration.milliseconds(950)

  /// Takes over both signals for the rest of the process.
  /// - Parameter tell: says that the signal of this name has come.
  init(tell: @escaping @Sendable (String) -> Void) {
    self.tell = tell
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let reader = ends[0]
    guard SignalThread.start({ [self] in listen(reader) }) else { return }
    signalPipe.store(ends[1], ordering: .releasing)
    for number in [SIGTERM, SIGINT] { signal(number, Self.handler) }
  }

  private static let handler: @convention(c) (Int32) -> Void = { number in
    let kept = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = write(signalPipe.load(ordering: .acquiring), &byte, 1)
    errno = kept
  }

  /// What a signal is to end from now on.
  func watch(_ work: Work) { state.withLock { $0.work = work } }

  /// The work has ended, and its record is written.
  func finish() { state.withLock { $0.isFinished = true } }

  private func listen(_ reader: Int32) {
    var byte: UInt8 = 0
    while read(reader, &byte, 1) != 1 {
      if errno != EINTR { return }
    }
    let start = ContinuousClock.now
    let name = Int32(byte) == SIGINT ? "SIGINT" : "SIGTERM"
    tell(name)
    guard let work = state.withLock({ $0.work }) else { _exit(Self.exitCode) }
    work.cancel(name)
    if !waitForEnd(until: start + Self.patience) {
      work.lastResort()
    } else {
      wait(until: start + Self.limit)
    }
    _exit(Self.exitCode)
  }

  private func waitForEnd(until deadline: ContinuousClock.Instant) -> Bool {
    while ContinuousClock.now < deadline {
      if state.withLock({ $0.isFinished }) { return true }
      usleep(5000)
    }
    return state.withLock { $0.isFinished }
  }

  /// The process ends by itself meanwhile, unless nobody takes its summary.
  private func wait(until deadline: ContinuousClock.Instant) {
    while ContinuousClock.now < deadline { usleep(5000) }
  }
}

/// A thread that runs once: tasks share a pool that a busy run may hold whole.
private enum SignalThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  static func start(_ run: @escaping @Sendable () -> Void) -> Bool {
    let body = Unmanaged.passRetained(Body(run))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { context in
        if let context { Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run() }
        return nil
      }, body.toOpaque())
    if code == 0 { pthread_detach(thread) } else { body.release() }
    return code == 0
  }
}
