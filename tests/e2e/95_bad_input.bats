#!/usr/bin/env bats
# Requests that no proper client sends: each is refused and says why, none reaches the upstream, and the gateway goes on.
load lib
load tools/calls

# rows: a table for raw.py, on standard input; then the gateway is as well as before, and the upstream was not asked
rows() {
    local before
    before=$(fake_count .total)
    rows_right
    is "$(fake_count .total)" "$before"
    chat m
    is "$STATUS" 200
}
# rows_right: the same for rows that may reach the upstream
rows_right() {
    run env GATEWAY_URL="$GATEWAY_URL" TOKEN="$TOKEN" python3 "$REPO/tests/e2e/tools/raw.py" table
    [[ $status -eq 0 ]] || {
        echo "$output" >&2
        return 1
    }
}

# ---- malformed requests ----

@test "bad input: request lines that are none are refused" {
    pool_start $K1
    rows <<'END'
# Where libmicrohttpd sees no request line at all it closes, and where it sees a wrong one it answers itself.
.    - hello\r\n\r\n
.    - SSH-2.0-OpenSSH_9.6\r\n
.    - GET\t/livez\tHTTP/1.1\r\nHost: x\r\n\r\n
.    - \x20GET /livez HTTP/1.1\r\nHost: x\r\n\r\n
.    - \x16\x03\x01\x02\x00\n\x01\x00\n
400. library GET /livez\r\n\r\n
400. library GET /livez HTTP/1.x\r\nHost: x\r\n\r\n
400. library GET /livez http/1.1\r\nHost: x\r\n\r\n
400. library GET /livez HTTP/1.12\r\nHost: x\r\n\r\n
400. library GET /livez HTTP/3\r\nHost: x\r\n\r\n
400. library GET /livez FOO/1.1\r\nHost: x\r\n\r\n
400. library \x16\x03\x01 \x02\x00 \n\x01\x00\n
505. library GET /livez HTTP/0.9\r\n\r\n
505. library GET /livez HTTP/2.0\r\nHost: x\r\n\r\n
505. library PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n
414. library GET /{a*20000} HTTP/1.1\r\nHost: x\r\n\r\n
414. library GET /livez?{a*20000} HTTP/1.1\r\nHost: x\r\n\r\n
414. library {A*20000}
# The rest is found here.
400. bad_request G\x01T /livez HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request G\0T /livez HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez  HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez x HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez\0 HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez\0x HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /li\rvez HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez\x7f HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez HTTP/1.1\nHost: x\n\n
400. bad_request GET /livez%00 HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez%00/../admin HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez?a=%00 HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez% HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez%2 HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez%zz HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /livez?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request GET /v1/models/a%00b HTTP/1.1\r\nHost: x\r\n{auth}\r\n
# Well formed, and nothing that is served.
404 unknown_path GET * HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET livez HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET http://x/livez HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET //livez HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET /v1/../livez HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET /%2e%2e/livez HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET /livez%0d%0aX:%20y HTTP/1.1\r\nHost: x\r\n\r\n
404 unknown_path GET /{a*8000} HTTP/1.1\r\nHost: x\r\n\r\n
405 method_not_allowed get /livez HTTP/1.1\r\nHost: x\r\n\r\n
405 method_not_allowed BREW /livez HTTP/1.1\r\nHost: x\r\n\r\n
405 method_not_allowed {A*3000} /livez HTTP/1.1\r\nHost: x\r\n\r\n
# Odd, and allowed.
200 ok GET /live%7a HTTP/1.1\r\nHost: x\r\n\r\n
200 ok \r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n
200 ok GET /livez? HTTP/1.1\r\nHost: x\r\n\r\n
200 ok GET /livez?{a&*3000} HTTP/1.1\r\nHost: x\r\n\r\n
200 ok GET /livez?{a=b&*2000} HTTP/1.1\r\nHost: x\r\n\r\n
END
}

@test "bad input: headers that are none, or that two readers could read in two ways, are refused" {
    pool_start $K1
    rows <<'END'
400. library GET /livez HTTP/1.1\r\nHost: x\r\nfoo\r\n\r\n
400. library GET /livez HTTP/1.1\r\nHost: x\r\nF\0oo: a\r\n\r\n
431. library GET /livez HTTP/1.1\r\nHost: x\r\nFoo: {a*20000}\r\n\r\n
431. library GET /livez HTTP/1.1\r\nHost: x\r\n{A: b\r\n*1000}\r\n
431. library GET /livez HTTP/1.1\r\nHost: x\r\n{A: b\r\n*10000}\r\n
# Here libmicrohttpd sends its head twice, and closes.
431. twice GET /livez HTTP/1.1\r\nHost: x\r\nCookie: {a=b; *300}\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\n: x\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFo o: a\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo : a\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nF\x01o: a\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nF\xffo: a\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\x01\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\x7f\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\0b\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\0\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\0b: c\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\0\0b\0c\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\rb\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\nBar: b\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\r\n b\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nFoo: a\r\n\tb: c\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\n Foo: b\r\nHost: x\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: a b\r\n\r\n
400. bad_request GET /livez HTTP/1.1\r\nHost: a, b\r\n\r\n
# Odd, and allowed.
200. ok GET /livez HTTP/1.0\r\n\r\n
200 ok GET /livez HTTP/1.1\r\nHost: x\r\n{A: b\r\n*100}\r\n
200 ok GET /livez HTTP/1.1\r\nHost: x\r\nFoo: {a*10000}\r\n\r\n
200 ok GET /livez HTTP/1.1\r\nHost: x\r\nFoo:\r\nBar:\t \xff\r\n\r\n
200 ok GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n
END
}

@test "bad input: bodies of uncertain length are refused, and nothing behind them is taken for a request" {
    pool_start $K1
    rows <<'END'
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27\r\nTransfer-Encoding: chunked\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27\r\nContent-Length: 5\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 0\r\nContent-Length: 27\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27\r\nContent-Length: 27\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length : 27\r\n\r\n{chat}GET /livez HTTP/1.1\r\nHost: x\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27\r\nTransfer-Encoding : chunked\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27\r\nTransfer-Encoding: xchunked\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: identity\r\n\r\n{chat}
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding:\r\n\r\n0\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n
400. bad_request POST /v1/chat/completions HTTP/1.0\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n
# And here.
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: -1\r\n\r\n{chat}
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: +27\r\n\r\n{chat}
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 0x1b\r\n\r\n{chat}
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27, 27\r\n\r\n{chat}
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 27abc\r\n\r\n{chat}
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 2 7\r\n\r\n{chat}
400. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length:\r\n\r\n{chat}
413. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 18446744073709551616\r\n\r\n{chat}
413. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 18446744073709551643\r\n\r\n{chat}
413. twice POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 99999999999999999999999999\r\n\r\n{chat}
413. body_too_large POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 18446744073709551615\r\n\r\n{chat}
413. body_too_large POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 9223372036854775808\r\n\r\n{chat}
413. body_too_large POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 33554433\r\n\r\n{chat}
# A length that is missing is none.
400 invalid_json POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}\r\n
# Chunks: their framing is checked by libmicrohttpd.
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\nzz\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n-1\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n0x1b\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n 1b\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1b \r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n;a=b\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1a\r\n{chat}\r\n0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1b\r\n{chat}0\r\n\r\n
400. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1b\r\n{chat}\r\n0\r\nfoo\r\n\r\n
413. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1000000000000001b\r\n{chat}\r\n0\r\n\r\n
431. library POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1b\r\n{chat}\r\n0\r\nFoo: {a*30000}\r\n\r\n
END
    # What is odd and allowed is a call; a trailer changes nothing about it.
    rows_right <<'END'
200 ok POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Content-Length: 0000027\r\n\r\n{chat}
200 ok POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: Chunked\r\n\r\n1b\r\n{chat}\r\n0\r\n\r\n
200 ok POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n00000000000000000000001B;a="b;c"\r\n{chat}\r\n0;x\r\n\r\n
200 ok POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n5\r\n{"mod\r\n16\r\nel":"m","messages":[]}\r\n0\r\n\r\n
200 ok POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n{auth}Transfer-Encoding: chunked\r\n\r\n1b\r\n{chat}\r\n0\r\nContent-Length: 3\r\nAuthorization: Bearer x\r\n\r\n
END
    is "$(asked | wc -w)" 6
}
