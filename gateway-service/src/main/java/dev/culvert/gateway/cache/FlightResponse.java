package dev.culvert.gateway.cache;

import java.util.Collection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.AbstractServerHttpResponse;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * Takes the service's answer in place of a client: hands its head to whoever decides about it, and its body, on the heap, to
 * those who read it. Up to a bound it is read as fast as it comes, beyond that as fast as the fastest reader reads.
 */
final class FlightResponse extends AbstractServerHttpResponse {
    private final HeadListener listener;
    private final long readAhead;
    private volatile Runnable more = () -> {};

    /** Hears of the head of the answer, before the body, and says where the body goes. */
    interface HeadListener {
        /**
         * The head is there.
         *
         * @param body to be handed on; filled from now on
         */
        void arrived(Head head, SharedBody body);

        /** All of the body is there; its readers do not know yet. */
        void completed(SharedBody body);

        /** The body has become longer than what is read ahead. */
        void outgrew(SharedBody body);
    }

    FlightResponse(HeadListener listener, long readAhead) {
        super(DefaultDataBufferFactory.sharedInstance);
        this.listener = listener;
        this.readAhead = readAhead;
    }

    @Override
    @SuppressWarnings("TypeParameterUnusedInFormals") // so Spring declares it
    public <T> T getNativeResponse() {
        throw new IllegalStateException("This answer goes to several clients or none");
    }

    @Override
    protected Mono<Void> writeWithInternal(Publisher<? extends DataBuffer> body) {
        return Mono.create(sink -> {
            SharedBody shared = new SharedBody(() -> more.run());
            BodySubscriber subscriber = new BodySubscriber(shared, sink);
            more = subscriber::more;
            sink.onDispose(subscriber);
            HttpStatusCode status = getStatusCode();
            listener.arrived(Head.of(status == null ? 200 : status.value(), getHeaders()), shared);
            Flux.from(body).subscribe(subscriber);
        });
    }

    @Override
    protected Mono<Void> writeAndFlushWithInternal(Publisher<? extends Publisher<? extends DataBuffer>> body) {
        return writeWithInternal(Flux.from(body).concatMap(Flux::from, 0));
    }

    /** An answer without body. */
    @Override
    public Mono<Void> setComplete() {
        return isCommitted() ? Mono.empty() : super.setComplete().then(writeWithInternal(Flux.empty()));
    }

    @Override
    protected void applyStatusCode() {
        // handed over with the head
    }

    @Override
    protected void applyHeaders() {
        // handed over with the head
    }

    @Override
    protected void applyCookies() {
        getCookies().values().stream()
                .flatMap(Collection::stream)
                .forEach(cookie -> getHeaders().add(HttpHeaders.SET_COOKIE, cookie.toString()));
    }

    private final class BodySubscriber extends BaseSubscriber<DataBuffer> {
        private final SharedBody body;
        private final MonoSink<Void> written;
        private final AtomicBoolean asked = new AtomicBoolean();
        /** Bytes the head announced, less than none if it did not. */
        private final long announced;

        private volatile boolean ahead = true;
        private boolean whole;

        BodySubscriber(SharedBody body, MonoSink<Void> written) {
            this.body = body;
            this.written = written;
            announced = getHeaders().getContentLength();
        }

        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            ask();
        }

        @Override
        protected void hookOnNext(DataBuffer buffer) {
            byte[] bytes = new byte[buffer.readableByteCount()];
            buffer.read(bytes);
            DataBufferUtils.release(buffer);
            asked.set(false);
            body.add(bytes);
            if (body.length() == announced && announced <= readAhead) {
                arrivedWhole(); // a client that counts does not wait for the end either
            }
            body.passOn();
            if (!ahead) {
                return; // the next one when a reader wants it
            }
            if (body.length() > readAhead) {
                ahead = false;
                listener.outgrew(body);
            }
            ask();
        }

        /** A reader has read all there is. */
        void more() {
            if (!ahead) {
                ask();
            }
        }

        private void ask() {
            if (!isDisposed() && asked.compareAndSet(false, true)) {
                request(1);
            }
        }

        @Override
        protected void hookOnComplete() {
            arrivedWhole();
            body.complete();
            written.success();
        }

        /** First kept, then known to be complete: who asks again finds it. */
        private void arrivedWhole() {
            if (!whole) {
                whole = true;
                listener.completed(body);
            }
        }

        @Override
        protected void hookOnError(Throwable failure) {
            body.fail(failure);
            written.error(failure);
        }

        @Override
        protected void hookOnCancel() {
            body.fail(new IllegalStateException("Nobody is left to read this answer"));
        }
    }
}
