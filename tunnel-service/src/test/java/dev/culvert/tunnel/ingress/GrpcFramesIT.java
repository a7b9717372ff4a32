package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.culvert.tunnel.ingress.Http2Peer.Stream;
import io.netty.channel.Channel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What gRPC is made of passes the tunnel as it is: streams in both directions at once, trailers, an error that is a head
 * alone, cancellation (requirements P2.9.1, P2.9.2). {@code examples/grpc-client} does it with gRPC's own library.
 */
@Timeout(60)
class GrpcFramesIT {
    private static TestingDataPlane plane;
    private static Http2Peer peer;
    private static Channel connection;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        peer = new Http2Peer();
        plane.tunnel("box");
        plane.agent("box", "http://127.0.0.1:" + peer.listen());
        connection = peer.connect(plane.port.port());
    }

    @AfterAll
    static void stop() throws Exception {
        peer.close();
        plane.close();
    }

    @Test
    void bothSidesStreamAtTheSameTimeAndEndWithTrailers() throws Exception {
        Stream caller = call("/t/box/echo.Echo/Both");
        Stream service = peer.accepted();
        assertThat(service.next()).isEqualTo("HEADERS :path=/echo.Echo/Both te=trailers");

        caller.data(false, "one");
        assertThat(service.next()).isEqualTo("DATA one");
        service.headers(false, ":status", "200", "content-type", "application/grpc");
        service.data(false, "heard one");
        assertThat(caller.next()).isEqualTo("HEADERS :status=200");
        assertThat(caller.next()).isEqualTo("DATA heard one");
        caller.data(false, "two");
        assertThat(service.next()).isEqualTo("DATA two");
        caller.data(true, "");
        assertThat(service.next()).isEqualTo("DATA END");
        service.headers(true, "grpc-status", "0");

        assertThat(caller.next()).isEqualTo("HEADERS grpc-status=0 END");
    }

    @Test
    void anErrorThatIsAHeadAloneStaysOne() throws Exception {
        Stream caller = call("/t/box/echo.Echo/Fails");
        caller.data(true, "x");
        Stream service = peer.accepted();

        service.headers(
                true,
                ":status",
                "200",
                "content-type",
                "application/grpc",
                "grpc-status",
                "5",
                "grpc-message",
                "no%20such%20thing");

        assertThat(caller.next()).isEqualTo("HEADERS :status=200 grpc-status=5 grpc-message=no%20such%20thing END");
    }

    @Test
    void aCancelledCallIsCancelledAtTheService() throws Exception {
        Stream caller = call("/t/box/echo.Echo/Endless");
        Stream service = peer.accepted();
        assertThat(service.next()).startsWith("HEADERS");
        service.headers(false, ":status", "200", "content-type", "application/grpc");
        assertThat(caller.next()).isEqualTo("HEADERS :status=200");

        caller.cancel();

        assertThat(service.next()).isEqualTo("RESET 8");
    }

    @Test
    void aServiceThatBreaksOffIsNotTakenForOneThatEnded() throws Exception {
        Stream caller = call("/t/box/echo.Echo/Breaks");
        Stream service = peer.accepted();
        service.headers(false, ":status", "200", "content-type", "application/grpc");
        service.data(false, "half");
        assertThat(caller.next()).isEqualTo("HEADERS :status=200");
        assertThat(caller.next()).isEqualTo("DATA half");

        service.cancel();

        assertThat(caller.next()).startsWith("RESET");
    }

    private static Stream call(String path) throws Exception {
        Stream stream = Http2Peer.open(connection);
        stream.headers(
                false,
                ":method",
                "POST",
                ":scheme",
                "http",
                ":authority",
                "data",
                ":path",
                path,
                "authorization",
                "Bearer " + TestingDataPlane.TOKEN,
                "content-type",
                "application/grpc",
                "te",
                "trailers");
        return stream;
    }
}
