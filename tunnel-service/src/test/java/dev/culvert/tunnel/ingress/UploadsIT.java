package dev.culvert.tunnel.ingress;

import static dev.culvert.tunnel.ingress.StreamedAnswersIT.readUntil;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bodies of requests pass byte-exact, without being kept anywhere (requirement R4.1d). */
class UploadsIT {
    private static final long MEGABYTES_10 = 10L * 1024 * 1024;
    private static final long MEGABYTES_100 = 100L * 1024 * 1024;

    private static TestingDataPlane plane;
    private static RawOrigin origin;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        origin = new RawOrigin();
        plane.tunnel("box");
        plane.agent("box", origin.url());
        origin.on("/hash", call -> {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            call.eachPiece((bytes, length) -> digest.update(bytes, 0, length));
            call.answer("200 OK", HexFormat.of().formatHex(digest.digest()));
        });
    }

    @AfterAll
    static void stop() throws Exception {
        plane.close();
        origin.close();
    }

    @Test
    void passesAHundredMegabytesOfUnknownLengthIntact() throws Exception {
        Generated body = new Generated(MEGABYTES_100, 42);

        HttpResponse<String> answer = plane.client.send(
                plane.request("/t/box/hash")
                        .POST(BodyPublishers.ofInputStream(() -> body))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo(hash(MEGABYTES_100, 42));
    }

    @Test
    void passesABodyOfKnownLengthIntact() throws Exception {
        HttpResponse<String> answer = plane.client.send(
                plane.request("/t/box/hash")
                        .POST(BodyPublishers.fromPublisher(
                                BodyPublishers.ofInputStream(() -> new Generated(MEGABYTES_10, 7)), MEGABYTES_10))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo(hash(MEGABYTES_10, 7));
    }

    @Test
    void passesAHundredMegabytesDownIntact() throws Exception {
        origin.on("/download", call -> {
            call.write("HTTP/1.1 200 OK\r\nContent-Length: " + MEGABYTES_100 + "\r\n\r\n");
            new Generated(MEGABYTES_100, 5).transferTo(call.out);
            call.out.flush();
        });

        HttpResponse<InputStream> answer =
                plane.client.send(plane.request("/t/box/download").build(), BodyHandlers.ofInputStream());
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[64 * 1024];
        for (int read = answer.body().read(buffer);
                read >= 0;
                read = answer.body().read(buffer)) {
            digest.update(buffer, 0, read);
        }

        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(hash(MEGABYTES_100, 5));
    }

    @Test
    void tellsAClientThatWaitsToContinue() throws Exception {
        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(
                    socket,
                    TestingDataPlane.get("/t/box/hash")
                            .replace("GET", "POST")
                            .replace("\r\n\r\n", "\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
            readUntil(socket.getInputStream(), "HTTP/1.1 100 Continue\r\n\r\n");
            TestingDataPlane.send(socket, "abc");
            String answer = readUntil(socket.getInputStream(), "f20015ad");

            assertThat(answer).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void doesNotPassExpectOnToTheLocalService() throws Exception {
        origin.on("/expect", call -> {
            call.body();
            call.answer("200 OK", String.valueOf(call.header("expect")));
        });

        HttpResponse<String> answer = plane.client.send(
                plane.request("/t/box/expect")
                        .expectContinue(true)
                        .POST(BodyPublishers.ofString("x"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(answer.body()).isEqualTo("null");
    }

    @Test
    void deliversAnAnswerThatComesBeforeTheBodyHasEnded() throws Exception {
        origin.on("/early", call -> {
            call.answer("413 Content Too Large", "too much");
            call.closes = true;
            call.socket.shutdownOutput();
            call.awaitClosedByPeer();
        });

        try (Socket socket = plane.connect()) {
            TestingDataPlane.send(
                    socket,
                    TestingDataPlane.get("/t/box/early")
                            .replace("GET", "POST")
                            .replace("\r\n\r\n", "\r\nContent-Length: 1000000\r\n\r\n0123456789"));
            String answer = readUntil(socket.getInputStream(), "too much");

            assertThat(answer).startsWith("HTTP/1.1 413").containsIgnoringCase("\r\nconnection: close\r\n");
            socket.getOutputStream().write(new byte[1_000_000 - 10]);
            assertThat(socket.getInputStream().read())
                    .as("end of the connection")
                    .isEqualTo(-1);
        }
    }

    private static String hash(long length, long seed) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        byte[] buffer = new byte[64 * 1024];
        Generated generated = new Generated(length, seed);
        for (int read = generated.read(buffer, 0, buffer.length);
                read >= 0;
                read = generated.read(buffer, 0, buffer.length)) {
            digest.update(buffer, 0, read);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Random bytes without an array that holds them. */
    static final class Generated extends InputStream {
        private final Random random;
        private long left;

        Generated(long length, long seed) {
            this.left = length;
            this.random = new Random(seed);
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            // Whole blocks of eight, so that the bytes do not depend on how they are read.
            int count = (int) Math.min(left, Math.max(8, length - length % 8));
            count = Math.min(count, length);
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            System.arraycopy(bytes, 0, target, offset, count);
            left -= count;
            return count;
        }
    }
}
