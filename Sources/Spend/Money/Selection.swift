extension Array where Element: Comparable {
  /// The element that would stand at `index` if the array were sorted; `index` must be one of its positions.
  ///
  /// Hot path: every cost line asks for one of its remainders. It looks at each element a few times, where sorting
  /// would at each of them more often the more there are.
  func element(sortedAt index: Int) -> Element {
    var elements = self
    return elements.withUnsafeMutableBufferPointer { elements in
      var (low, high) = (0, elements.count - 1)
      while low < high {
        // Everything up to `right` is at most the pivot, everything from `left` on at least.
        let pivot = Self.median(elements[low], elements[(low + high) / 2], elements[high])
        var (left, right) = (low, high)
        while left <= right {
          while elements[left] < pivot { left += 1 }
          while elements[right] > pivot { right -= 1 }
          if left <= right {
            elements.swapAt(left, right)
            left += 1
            right -= 1
          }
        }
        if index <= right { high = right } else if index >= left { low = left } else { break }
      }
      return elements[index]
    }
  }

  private static func median(_ a: Element, _ b: Element, _ c: Element) -> Element {
    a < b ? (b < c ? b : Swift.max(a, c)) : (a < c ? a : Swift.max(b, c))
  }
}
