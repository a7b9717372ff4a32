package dev.culvert.tunnel.ingress;

import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A gRPC server with texts for messages: one method of each kind, and one that fails before it has answered. */
final class EchoGrpcServer implements AutoCloseable {
    static final Metadata.Key<String> DETAIL = Metadata.Key.of("detail", Metadata.ASCII_STRING_MARSHALLER);

    static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);
    static final MethodDescriptor<String, String> FAILS = method("Fails", MethodType.UNARY);
    static final MethodDescriptor<String, String> DOWN = method("Down", MethodType.SERVER_STREAMING);
    static final MethodDescriptor<String, String> UP = method("Up", MethodType.CLIENT_STREAMING);
    static final MethodDescriptor<String, String> BOTH = method("Both", MethodType.BIDI_STREAMING);
    static final MethodDescriptor<String, String> ENDLESS = method("Endless", MethodType.SERVER_STREAMING);

    final CountDownLatch cancelled = new CountDownLatch(1);
    private final Server server;

    EchoGrpcServer() throws IOException {
        ServerServiceDefinition service = ServerServiceDefinition.builder("echo.Echo")
                .addMethod(UNARY, ServerCalls.asyncUnaryCall(EchoGrpcServer::echo))
                .addMethod(FAILS, ServerCalls.asyncUnaryCall(EchoGrpcServer::fail))
                .addMethod(DOWN, ServerCalls.asyncServerStreamingCall(EchoGrpcServer::letterByLetter))
                .addMethod(UP, up())
                .addMethod(BOTH, ServerCalls.asyncBidiStreamingCall(EchoGrpcServer::echoEach))
                .addMethod(ENDLESS, ServerCalls.asyncServerStreamingCall(this::untilCancelled))
                .build();
        server = OkHttpServerBuilder.forPort(0, InsecureServerCredentials.create())
                .addService(service)
                .build()
                .start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getPort();
    }

    private static void echo(String request, StreamObserver<String> answer) {
        answer.onNext(request);
        answer.onCompleted();
    }

    private static void fail(String request, StreamObserver<String> answer) {
        Metadata trailers = new Metadata();
        trailers.put(DETAIL, request);
        answer.onError(new StatusException(Status.NOT_FOUND.withDescription("no such thing"), trailers));
    }

    private static void letterByLetter(String request, StreamObserver<String> answer) {
        request.chars().forEach(letter -> answer.onNext(Character.toString(letter)));
        answer.onCompleted();
    }

    private static ServerCallHandler<String, String> up() {
        return ServerCalls.asyncClientStreamingCall(answer -> new StreamObserver<>() {
            private final List<String> heard = new ArrayList<>();

            @Override
            public void onNext(String message) {
                heard.add(message);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                answer.onNext(String.join("+", heard));
                answer.onCompleted();
            }
        });
    }

    private static StreamObserver<String> echoEach(StreamObserver<String> answer) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                answer.onNext("heard " + message);
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        };
    }

    private void untilCancelled(String request, StreamObserver<String> answer) {
        ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(cancelled::countDown);
        answer.onNext(request);
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setFullMethodName("echo.Echo/" + name)
                .setType(type)
                .setRequestMarshaller(new Texts())
                .setResponseMarshaller(new Texts())
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    /** UTF-8, without Protocol Buffers. */
    private static final class Texts implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
