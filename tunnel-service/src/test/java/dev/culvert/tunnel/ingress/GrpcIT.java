package dev.culvert.tunnel.ingress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.okhttp.OkHttpChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** gRPC passes from a client of gRPC's own library through the data port to a server of it (requirements P2.9.1, P2.9.2). */
@Timeout(60)
class GrpcIT {
    private static TestingDataPlane plane;
    private static EchoGrpcServer server;
    private static ManagedChannel connection;
    private static Channel channel;

    @BeforeAll
    static void start() throws Exception {
        plane = new TestingDataPlane();
        server = new EchoGrpcServer();
        plane.tunnel("box");
        plane.agent("box", server.url());
        connection = OkHttpChannelBuilder.forAddress(
                        "127.0.0.1", plane.port.port(), InsecureChannelCredentials.create())
                .build();
        channel = through("box");
    }

    private static Channel through(String tunnel) {
        Metadata credentials = new Metadata();
        credentials.put(
                Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + TestingDataPlane.TOKEN);
        return ClientInterceptors.intercept(
                connection, MetadataUtils.newAttachHeadersInterceptor(credentials), new ThroughTunnel(tunnel));
    }

    @AfterAll
    static void stop() throws Exception {
        connection.shutdownNow();
        plane.close();
        server.close();
    }

    @Test
    void aSingleCallIsAnswered() {
        String long70k = "x".repeat(70_000);

        assertThat(call(EchoGrpcServer.UNARY, "hello")).isEqualTo("hello");
        assertThat(call(EchoGrpcServer.UNARY, long70k)).isEqualTo(long70k);
        assertThat(call(EchoGrpcServer.UNARY, "")).isEmpty();
    }

    @Test
    void anErrorInTrailersAloneKeepsStatusAndDetail() {
        assertThatThrownBy(() -> call(EchoGrpcServer.FAILS, "the detail"))
                .isInstanceOfSatisfying(StatusRuntimeException.class, failure -> {
                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND);
                    assertThat(failure.getStatus().getDescription()).isEqualTo("no such thing");
                    assertThat(failure.getTrailers().get(EchoGrpcServer.DETAIL)).isEqualTo("the detail");
                });
    }

    @Test
    void anAnswerStreams() {
        Iterator<String> letters =
                ClientCalls.blockingServerStreamingCall(channel, EchoGrpcServer.DOWN, CallOptions.DEFAULT, "abc");

        List<String> heard = new ArrayList<>();
        letters.forEachRemaining(heard::add);
        assertThat(heard).containsExactly("a", "b", "c");
    }

    @Test
    void aRequestStreams() throws Exception {
        Hearing hearing = new Hearing();
        StreamObserver<String> saying =
                ClientCalls.asyncClientStreamingCall(channel.newCall(EchoGrpcServer.UP, CallOptions.DEFAULT), hearing);

        saying.onNext("one");
        saying.onNext("two");
        saying.onCompleted();

        assertThat(hearing.next()).isEqualTo("one+two");
        assertThat(hearing.next()).isEqualTo("end");
    }

    @Test
    void bothStreamAtTheSameTime() throws Exception {
        Hearing hearing = new Hearing();
        StreamObserver<String> saying =
                ClientCalls.asyncBidiStreamingCall(channel.newCall(EchoGrpcServer.BOTH, CallOptions.DEFAULT), hearing);

        for (String word : List.of("one", "two", "three")) {
            saying.onNext(word);
            assertThat(hearing.next()).isEqualTo("heard " + word);
        }
        saying.onCompleted();
        assertThat(hearing.next()).isEqualTo("end");
    }

    @Test
    void aCancelledCallIsCancelledAtTheServer() throws Exception {
        ClientCall<String, String> call = channel.newCall(EchoGrpcServer.ENDLESS, CallOptions.DEFAULT);
        Hearing hearing = new Hearing();
        ClientCalls.asyncServerStreamingCall(call, "begun", hearing);
        assertThat(hearing.next()).isEqualTo("begun");

        call.cancel("enough", null);

        assertThat(server.cancelled.await(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aTunnelWithoutAnAgentIsUnavailable() {
        plane.tunnel("empty");

        assertThatThrownBy(() -> ClientCalls.blockingUnaryCall(
                        through("empty"), EchoGrpcServer.UNARY, CallOptions.DEFAULT, "hello"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
    }

    private static String call(MethodDescriptor<String, String> method, String message) {
        return ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT, message);
    }

    /** Puts the tunnel in front of the path of each call, which is where the data port looks for it. */
    private record ThroughTunnel(String name) implements ClientInterceptor {
        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return next.newCall(
                    method.toBuilder()
                            .setFullMethodName("t/" + name + "/" + method.getFullMethodName())
                            .build(),
                    options);
        }
    }

    /** Keeps what is heard. */
    private static final class Hearing implements StreamObserver<String> {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();

        String next() throws InterruptedException {
            return heard.poll(10, TimeUnit.SECONDS);
        }

        @Override
        public void onNext(String message) {
            heard.add(message);
        }

        @Override
        public void onError(Throwable failure) {
            heard.add("failed: " + failure);
        }

        @Override
        public void onCompleted() {
            heard.add("end");
        }
    }
}
