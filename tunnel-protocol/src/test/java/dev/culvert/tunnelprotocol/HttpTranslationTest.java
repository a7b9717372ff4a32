package dev.culvert.tunnelprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpTranslationTest {
    @Test
    void keepsMethodPathAndOrdinaryFields() {
        HttpRequest request = request(HttpMethod.POST);
        request.headers().set("Host", "a.example").add("X-One", "1").add("X-One", "2");

        Http2Headers headers = HttpTranslation.toHttp2(request, "/x?y=1");

        assertThat(headers.method()).hasToString("POST");
        assertThat(headers.path()).hasToString("/x?y=1");
        assertThat(headers.authority()).hasToString("a.example");
        assertThat(headers.getAll("x-one")).map(CharSequence::toString).containsExactly("1", "2");
        assertThat(headers.contains("host")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "Keep-Alive",
                "Proxy-Authenticate",
                "Proxy-Authorization",
                "Proxy-Connection",
                "Transfer-Encoding",
                "Upgrade",
                "HTTP2-Settings",
                "Culvert-Caller-Token",
                "cULVERT-x"
            })
    void leavesBehindWhatBelongsToOneHopOrToUs(String name) {
        HttpRequest request = request(HttpMethod.GET);
        request.headers().set(name, "x");
        HttpResponse response = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
        response.headers().set(name, "x");

        String lower = name.toLowerCase(Locale.ROOT);
        assertThat(HttpTranslation.toHttp2(request, "/").contains(lower)).isFalse();
        assertThat(HttpTranslation.toHttp2(response).contains(lower)).isFalse();
    }

    @Test
    void leavesBehindWhatConnectionNames() {
        HttpRequest request = request(HttpMethod.GET);
        request.headers()
                .add("Connection", "close, X-Secret")
                .add("Connection", "x-other , Content-Length")
                .set("X-Secret", "1")
                .set("X-Other", "1")
                .set("Content-Length", "5");

        Http2Headers headers = HttpTranslation.toHttp2(request, "/");

        assertThat(headers.contains("x-secret")).isFalse();
        assertThat(headers.contains("x-other")).isFalse();
        // Taking the length away would turn the body into the next request.
        assertThat(headers.get("content-length")).hasToString("5");
    }

    @Test
    void asksForTrailersOnlyWhereTheCallerDid() {
        HttpRequest request = request(HttpMethod.GET);
        request.headers().set("TE", "deflate, trailers;q=0.5");

        HttpRequest atTheEnd = HttpTranslation.toHttp1Request(
                HttpTranslation.toHttp2(request, "/"), HttpMethod.GET, "127.0.0.1:1", false);

        assertThat(atTheEnd.headers().get("TE")).isEqualTo("trailers");
        assertThat(HttpTranslation.toHttp2(request(HttpMethod.GET), "/").contains("te"))
                .isFalse();
    }

    @Test
    void putsCookiesTogetherAgain() {
        Http2Headers headers =
                new DefaultHttp2Headers().path("/").add("cookie", "a=1").add("cookie", "b=2");

        HttpRequest request = HttpTranslation.toHttp1Request(headers, HttpMethod.GET, "h", false);

        assertThat(request.headers().getAll("Cookie")).containsExactly("a=1; b=2");
    }

    @Test
    void choosesChunksOnlyWithoutALength() {
        Http2Headers headers = new DefaultHttp2Headers().path("/");
        HttpRequest chunked = HttpTranslation.toHttp1Request(headers, HttpMethod.POST, "h", true);
        headers.set("content-length", "3");
        HttpRequest withLength = HttpTranslation.toHttp1Request(headers, HttpMethod.POST, "h", true);

        assertThat(chunked.headers().get(HttpHeaderNames.TRANSFER_ENCODING)).isEqualTo("chunked");
        assertThat(withLength.headers().contains(HttpHeaderNames.TRANSFER_ENCODING))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "http://evil/", "/a b", "/a\r\nX: y", "/a\tb", "/\u0000", "/a\u007f"})
    void refusesPathsThatWouldEndTheRequestLine(String path) {
        Http2Headers headers = new DefaultHttp2Headers(false).path(path);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> HttpTranslation.toHttp1Request(headers, HttpMethod.GET, "h", false));
    }

    @Test
    void makesAnExtendedConnectOfAWebSocketUpgrade() {
        HttpRequest request = request(HttpMethod.GET);
        request.headers()
                .set("Connection", "Upgrade")
                .set("Upgrade", "websocket")
                .set("Sec-WebSocket-Key", "k")
                .set("Sec-WebSocket-Version", "13")
                .set("Sec-WebSocket-Protocol", "chat");

        Http2Headers headers = HttpTranslation.toExtendedConnect(request, "/ws");

        assertThat(headers.method()).hasToString("CONNECT");
        assertThat(headers.get(":protocol")).hasToString("websocket");
        assertThat(headers.path()).hasToString("/ws");
        assertThat(headers.contains("sec-websocket-key")).isFalse();
        assertThat(headers.get("sec-websocket-protocol")).hasToString("chat");
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void bringsRandomAnswersThroughUnchanged(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            Map<String, String> fields = new TreeMap<>();
            for (int field = random.nextInt(20); field > 0; field--) {
                fields.put("x-" + Integer.toString(random.nextInt(1000), 36), Long.toString(random.nextLong(), 36));
            }
            HttpResponse response = new DefaultHttpResponse(
                    HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(200 + random.nextInt(400)));
            fields.forEach((name, value) -> response.headers().set(name, value));

            HttpResponse through = HttpTranslation.toHttp1Response(HttpTranslation.toHttp2(response), false);

            assertThat(through.status().code()).isEqualTo(response.status().code());
            Map<String, String> received = new TreeMap<>();
            through.headers().forEach(field -> received.put(field.getKey(), field.getValue()));
            assertThat(received).as("seed %d", seed).isEqualTo(fields);
        }
    }

    private static HttpRequest request(HttpMethod method) {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, "/t/box/");
    }
}
