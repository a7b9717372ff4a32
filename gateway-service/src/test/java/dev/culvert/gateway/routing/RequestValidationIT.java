package dev.culvert.gateway.routing;

import static dev.culvert.gateway.Problems.assertProblem;
import static dev.culvert.gateway.TestingGateway.post;
import static dev.culvert.gateway.TestingGateway.send;
import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.contracts.problem.ProblemCode;
import dev.culvert.gateway.TestingGateway;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requirements R1.1a (body cap), R1.3a, R1.4, S3.12 (input). */
class RequestValidationIT {
    private static final int MIB = 1024 * 1024;

    private final TestingGateway gateway = TestingGateway.shared();

    @BeforeEach
    void forget() {
        gateway.service().forget();
    }

    @Test
    void answersThreeFaultsOfTheHeadWithThreeCodes() {
        var body = BodyPublishers.ofString("{}");

        assertProblem(send(gateway.signedIn("/api/v1/tunnels").POST(body)), ProblemCode.MISSING_CONTENT_TYPE);
        assertProblem(
                send(post(gateway.signedIn("/api/v1/tunnels"), "text/plain", "x")), ProblemCode.UNSUPPORTED_MEDIA_TYPE);
        assertProblem(
                send(post(gateway.signedIn("/api/v1/tunnels"), "multipart/form-data", "x")),
                ProblemCode.VALIDATION_ERROR);
        assertProblem(
                send(gateway.anonymous("/api/v1/tunnels").header("Authorization", "Basic YTpi")),
                ProblemCode.INVALID_AUTH_HEADER);
        assertThat(gateway.service().waiting()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "application/json;charset=UTF-8",
                "application/merge-patch+json",
                "application/x-www-form-urlencoded",
                "multipart/form-data;boundary=x"
            })
    void acceptsTheBodiesServicesRead(String contentType) {
        assertThat(send(post(gateway.signedIn("/api/v1/tunnels"), contentType, "{}"))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void needsNoContentTypeWithoutBody() {
        HttpResponse<String> answer =
                send(gateway.signedIn("/api/v1/tunnels/1/start").POST(BodyPublishers.noBody()));

        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void refusesABodyThatSaysItIsTooLarge() {
        byte[] body = new byte[11 * MIB];

        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/tunnels")
                .header("Content-Type", "application/json")
                .expectContinue(true)
                .POST(BodyPublishers.ofByteArray(body)));

        assertProblem(answer, ProblemCode.PAYLOAD_TOO_LARGE);
        assertThat(gateway.service().waiting()).isEmpty();
    }

    @Test
    void refusesABodyOfUnknownLengthOnceItIsTooLarge() {
        byte[] chunk = new byte[64 * 1024];
        BodyPublisher endless = BodyPublishers.ofInputStream(() -> new InputStream() {
            private long left = 11L * MIB;

            @Override
            public int read() {
                return left-- > 0 ? 0 : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int part = (int) Math.min(Math.min(length, chunk.length), left);
                left -= part;
                return part;
            }
        });

        assertProblem(
                send(gateway.signedIn("/api/v1/tunnels")
                        .header("Content-Type", "application/json")
                        .POST(endless)),
                ProblemCode.PAYLOAD_TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/api/v1/tunnels/../admin/users",
                "/api/v1/tunnels/%2e%2e/admin/users",
                "/api/v1/tunnels/.%2E/admin",
                "/api/v1/tunnels%2f..%2fadmin",
                "/api/v1/tunnels/a%5cb",
                "/api/v1//tunnels",
                "/api/v1/tunnels/;x=1/y",
                "/api/v1/tunnels/%252e%252e/x",
                "/api/v1/tunnels/a%00b",
                "/t/name/../../api/v1/admin",
                "/t/name/%2e%2e/x",
                "/t/na%2fme/x"
            })
    void refusesPathsThatCouldBeReadInTwoWays(String path) throws IOException {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 400").contains("VALIDATION_ERROR");
        assertThat(gateway.service().waiting()).isEmpty();
    }

    @Test
    void refusesOverlongAddressesAndHeadersInTheCommonBody() {
        assertProblem(send(gateway.signedIn("/api/v1/tunnels?q=" + "x".repeat(8200))), ProblemCode.URI_TOO_LONG);
        assertProblem(
                send(gateway.signedIn("/api/v1/tunnels").header("X-Long", "x".repeat(33 * 1024))),
                ProblemCode.HEADERS_TOO_LARGE);
        var many = gateway.signedIn("/api/v1/tunnels");
        for (int i = 0; i < 101; i++) {
            many.header("X-H" + i, "1");
        }
        assertProblem(send(many), ProblemCode.HEADERS_TOO_LARGE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRACE", "PROPFIND"})
    void refusesMethodsNobodyUses(String method) {
        HttpResponse<String> answer = send(gateway.signedIn("/api/v1/tunnels").method(method, BodyPublishers.noBody()));

        assertProblem(answer, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(answer.headers().firstValue("Allow").orElseThrow()).contains("GET", "PATCH");
    }

    @Test
    void allowsOnlyReadingOfItsOwnPages() {
        HttpResponse<String> answer = send(gateway.anonymous("/health").DELETE());

        assertProblem(answer, ProblemCode.METHOD_NOT_ALLOWED);
        assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @Test
    void leavesTypeAndSizeOfDataRoutesToTheApplicationBehind() {
        HttpResponse<String> answer =
                send(post(gateway.signedIn("/t/store/upload"), "image/png", "x".repeat(11 * MIB)));

        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void answersWhatIsNoHttpInTheCommonBodyToo() throws IOException {
        assertThat(raw("GET /a|b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "VALIDATION_ERROR");
        assertThat(raw("NONSENSE\r\n\r\n")).startsWith("HTTP/1.1 400").contains("application/problem+json");
        assertThat(raw("GET /" + "x".repeat(40_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
                .startsWith("HTTP/1.1 414")
                .contains("URI_TOO_LONG");
        assertThat(raw("GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(80_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431")
                .contains("HEADERS_TOO_LARGE");
    }

    /** Byte for byte, as clients that mean harm do. */
    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", gateway.port())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (SocketException refusedBeforeAllWasRead) {
                // The gateway need not read a request to its end to refuse it; what it said has arrived.
            }
            return answer.toString(StandardCharsets.UTF_8);
        }
    }
}
