internal import CCurl

/// libcurl's results in this module's terms.
enum CurlCode {
  static func kind(of code: CURLcode) -> TransportError.Kind {
    switch code {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT, CURLE_PROXY,
      CURLE_SSL_CONNECT_ERROR, CURLE_INTERFACE_FAILED, CURLE_NO_CONNECTION_AVAILABLE:
      .unreachable
    case CURLE_OPERATION_TIMEDOUT: .timedOut
    case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_HTTP2,
      CURLE_HTTP2_STREAM, CURLE_HTTP3, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING,
      CURLE_WRITE_ERROR, CURLE_SSL_SHUTDOWN_FAILED, CURLE_AGAIN, CURLE_UNSUPPORTED_PROTOCOL:
      // A write error is only ever libcurl's own, from its decompressor: the client takes what it gets.
      // An unsupported protocol is an answer that is no HTTP: the URL's scheme has been checked before.
      .interrupted
    case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
      CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
      .certificateRefused
    case CURLE_URL_MALFORMAT: .urlRefused
    default: .failed
    }
  }

  static func version(_ number: Int) -> String {
    switch number {
    case Int(CURL_HTTP_VERSION_1_0): "HTTP/1.0"
    case Int(CURL_HTTP_VERSION_2_0): "HTTP/2"
    case Int(CURL_HTTP_VERSION_3): "HTTP/3"
    default: "HTTP/1.1"
    }
  }
}
