package dev.culvert.testing;

import java.util.List;
import java.util.Random;

/**
 * Requests of HTTP/1.1 whose end two parsers could see in two places (RFC 9112 §11.2): with both lengths, with several, in odd
 * spelling, with bodies that are no chunks. Behind each stands another one, which is nobody's but a parser's that was deceived.
 */
public final class DoubtfulRequests {
    private static final List<String> VERSIONS = List.of(
            " HTTP/1.1\r\n", " HTTP/1.1\r\n", " HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/1.1\n", " HTTP/1.1 \r\n");

    private static final List<String> LENGTHS = List.of(
            "",
            "",
            "Content-Length: 5\r\n",
            "Content-Length: 5\r\n",
            "Content-Length: 0\r\n",
            "Content-Length: 300\r\n",
            "content-length:5\r\n",
            "Content-Length: 05\r\n",
            "Content-Length: +5\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 0x5\r\n",
            "Content-Length: 5, 5\r\n",
            "Content-Length: 5 5\r\n",
            "Content-Length: 5\r\nContent-Length: 5\r\n",
            "Content-Length: 5\r\nContent-Length: 0\r\n",
            "Content-Length : 5\r\n",
            " Content-Length: 5\r\n",
            "Content-Length:\r\n 5\r\n",
            "Content-Length: \u000b5\r\n",
            "Content-Length: 5\u0000\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "X-A: b\nContent-Length: 5\r\n",
            "X-A: b\rContent-Length: 5\r\n",
            "X-A: b\r\n Content-Length: 5\r\n",
            "X-A: b\u0000\r\nContent-Length: 5\r\n",
            "X A: b\r\nContent-Length: 5\r\n",
            "Content-Length: 5\n");

    private static final List<String> ENCODINGS = List.of(
            "",
            "",
            "",
            "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\n",
            "transfer-encoding: CHUNKED\r\n",
            "Transfer-Encoding : chunked\r\n",
            " Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding:\r\n chunked\r\n",
            "Transfer-Encoding: \u000bchunked\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: \"chunked\"\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: chunked, identity\r\n",
            "Transfer-Encoding: identity, chunked\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
            "Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n",
            "X-A: b\nTransfer-Encoding: chunked\r\n",
            "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n",
            "Connection: Content-Length\r\n");

    private static final List<String> BODIES = List.of(
            "hello",
            "",
            "5\r\nhello\r\n0\r\n\r\n",
            "0\r\n\r\n",
            "05\r\nhello\r\n0\r\n\r\n",
            "0x5\r\nhello\r\n0\r\n\r\n",
            "+5\r\nhello\r\n0\r\n\r\n",
            "-5\r\nhello\r\n0\r\n\r\n",
            " 5 \r\nhello\r\n0\r\n\r\n",
            "5;a=b\r\nhello\r\n0;c\r\n\r\n",
            "5;a=\"\r\n\"\r\nhello\r\n0\r\n\r\n",
            "5;\nhello\r\n0\r\n\r\n",
            "5\nhello\n0\n\n",
            "5\r\nhello0\r\n\r\n",
            "5\r\nhelloXX0\r\n\r\n",
            "100000005\r\nhello\r\n0\r\n\r\n",
            "FFFFFFFFFFFFFFFB\r\nhello\r\n0\r\n\r\n",
            "5\r\nhello\r\n0\r\nContent-Length: 40\r\n\r\n",
            "5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
            "5\r\nhello\r\n00000000\r\n\r\n",
            "5\r\nhello\r\nG\r\n\r\n");

    private DoubtfulRequests() {}

    /**
     * One of them.
     *
     * @param path where it goes
     * @param credential header field of its sender, without the end of its line
     * @param hidden where the one behind it goes, which has no credential
     */
    public static String any(Random random, String path, String credential, String hidden) {
        return "POST " + path + one(VERSIONS, random) + "Host: data\r\n" + credential + "\r\n" + one(LENGTHS, random)
                + one(ENCODINGS, random) + "\r\n" + one(BODIES, random)
                + "GET " + hidden + " HTTP/1.1\r\nHost: data\r\n\r\n";
    }

    private static String one(List<String> all, Random random) {
        return all.get(random.nextInt(all.size()));
    }
}
