/// A version of the FOCUS specification that can be delivered.
public enum FOCUSVersion: String, Sendable, Hashable, CaseIterable {
  case v1_2 = "1.2"
  case v1_3 = "1.3"
  case v1_4 = "1.4"
}
