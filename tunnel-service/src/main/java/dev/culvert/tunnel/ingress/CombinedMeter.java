package dev.culvert.tunnel.ingress;

import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets several meters follow each request. One that fails loses that request; the request itself goes on. */
final class CombinedMeter implements TrafficMeter {
    private static final Logger log = LoggerFactory.getLogger(CombinedMeter.class);

    private final List<TrafficMeter> meters;

    CombinedMeter(List<TrafficMeter> meters) {
        this.meters = List.copyOf(meters);
    }

    @Override
    public RequestObserver begin(RequestStart request) {
        RequestObserver[] observers = new RequestObserver[meters.size()];
        for (int i = 0; i < observers.length; i++) {
            try {
                observers[i] = meters.get(i).begin(request);
            } catch (RuntimeException e) {
                failed(e);
                observers[i] = _ -> {};
            }
        }
        return new Observers(observers);
    }

    @Override
    public void record(Traffic traffic) {
        for (TrafficMeter meter : meters) {
            meter.record(traffic);
        }
    }

    private static void failed(RuntimeException e) {
        log.atError().setCause(e).log("A request through a tunnel could not be followed");
    }

    private static final class Observers implements RequestObserver {
        private final @Nullable RequestObserver[] observers;

        Observers(@Nullable RequestObserver[] observers) {
            this.observers = observers;
        }

        private void each(Consumer<RequestObserver> told) {
            for (int i = 0; i < observers.length; i++) {
                RequestObserver observer = observers[i];
                if (observer != null) {
                    try {
                        told.accept(observer);
                    } catch (RuntimeException e) {
                        observers[i] = null;
                        failed(e);
                    }
                }
            }
        }

        @Override
        public void opened(UUID sessionId) {
            each(observer -> observer.opened(sessionId));
        }

        @Override
        public void requestBytes(ByteBuf bytes) {
            each(observer -> observer.requestBytes(bytes));
        }

        @Override
        public void answerHead(int status, HttpHeaders headers) {
            each(observer -> observer.answerHead(status, headers));
        }

        @Override
        public void answerBytes(ByteBuf bytes) {
            each(observer -> observer.answerBytes(bytes));
        }

        @Override
        public void ended(Traffic traffic) {
            each(observer -> observer.ended(traffic));
        }
    }
}
