import CPlatform

/// The memory that a process has used before.
public enum FreedMemory {
  /// Keeps freed memory for what is allocated next, in place of giving it back to the system at once.
  ///
  /// Days and pages are buffers of megabytes, made and freed one after another: each would be mapped and cleared by the
  /// system anew, page by page. Where the C library has no such setting nothing is changed.
  /// - Parameter largestBlock: in bytes. Larger blocks are given back at once: between those that are kept, buffers that
  ///   double as they grow leave gaps that nothing fits in any more.
  public static func keep(blocksUpTo largestBlock: Int32) { _ = platform_keep_freed_memory(largestBlock) }
}
