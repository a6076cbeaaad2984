import Diagnostics
import Glibc
import Staging

/// The text of a configuration file, which is small or is something else.
public enum ConfigurationText {
  /// - Parameter missing: what to say where there is no such file.
  /// - Throws: ``ConfigurationError``, also where the file cannot be read: both are mended in the same place.
  public static func read(_ path: String, missing: String) throws -> String {
    var info = stat()
    // Before it is read: a wrong path may lead to something that fills the memory, or never ends.
    if stat(path, &info) == 0 {
      guard info.st_mode & S_IFMT == S_IFREG else {
        throw ConfigurationError(path: path, "is no regular file")
      }
      guard info.st_size <= YAMLDocument.textLimit else {
        throw ConfigurationError(path: path, "the file is larger than \(YAMLDocument.textLimit) bytes")
      }
    }
    let text: String?
    do { text = try LocalFile.text(path) } catch let error as any RecoverableError {
      throw ConfigurationError(path: path, error.description)
    }
    guard let text else { throw ConfigurationError(path: path, missing) }
    return text
  }
}
