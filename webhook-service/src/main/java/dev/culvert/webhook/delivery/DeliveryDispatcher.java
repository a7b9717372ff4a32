package dev.culvert.webhook.delivery;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.webhook.endpoint.EndpointActivated;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Takes due deliveries from the table and gives each a virtual thread. First tries and repeats go the same way: a commit
 * that opens deliveries only sets the alarm, so what a killed process left behind needs no path of its own.
 *
 * <pre>
 * commit ─► alarm ─► lease due rows ─► one thread per try ─► record ─► alarm (next try, or a place became free)
 * </pre>
 */
@Component
class DeliveryDispatcher implements SmartLifecycle {
    private static final Logger log = LoggerFactory.getLogger(DeliveryDispatcher.class);
    private static final String REASON = "sending webhook deliveries";

    private final DueDeliveries due;
    private final DeliveryService deliveries;
    private final DeliveryProperties properties;
    private final Clock clock;
    private final Alarm alarm;
    private final UnderWay underWay;
    private @Nullable Thread worker;
    private volatile boolean running;

    DeliveryDispatcher(DueDeliveries due, DeliveryService deliveries, DeliveryProperties properties, Clock clock) {
        this.due = due;
        this.deliveries = deliveries;
        this.properties = properties;
        this.clock = clock;
        this.alarm = new Alarm(clock);
        this.underWay = new UnderWay(properties.concurrency(), properties.concurrencyPerEndpoint());
    }

    @TransactionalEventListener
    void on(DeliveriesOpened opened) {
        alarm.setTo(opened.firstDueAt());
    }

    @TransactionalEventListener
    void on(EndpointActivated activated) {
        alarm.setTo(clock.instant());
    }

    @Override
    public synchronized void start() {
        running = true;
        worker = Thread.ofVirtual().name("webhook-dispatcher").start(this::dispatch);
    }

    /** Takes no more deliveries and gives the tries under way a little time. */
    @Override
    public synchronized void stop() {
        running = false;
        alarm.setTo(Instant.MIN);
        try {
            if (worker != null) {
                worker.join(properties.stopTimeout());
            }
            if (!underWay.awaitNone(properties.stopTimeout())) {
                log.atWarn().log("Webhook tries were still under way; they are repeated after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    private void dispatch() {
        try {
            while (running) {
                if (!leaseAndStart()) {
                    alarm.await(properties.pollInterval());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True when there may be more to take at once. */
    private boolean leaseAndStart() {
        int room = underWay.room();
        if (room == 0) {
            return false;
        }
        try {
            List<DueDelivery> leased = TenantScope.callAsSystem(REASON, () -> lease(room));
            leased.forEach(this::startAttempt);
            return !leased.isEmpty();
        } catch (RuntimeException e) {
            log.atWarn().setCause(e).log("Due webhook deliveries cannot be read; trying again");
            return false;
        }
    }

    private List<DueDelivery> lease(int room) {
        Instant now = clock.instant();
        return due.lease(
                room, properties.concurrencyPerEndpoint(), underWay.byEndpoint(), now, now.plus(properties.lease()));
    }

    private void startAttempt(DueDelivery delivery) {
        underWay.begin(delivery.endpointId());
        Thread.ofVirtual().name("webhook-delivery-" + delivery.id()).start(() -> attempt(delivery));
    }

    private void attempt(DueDelivery delivery) {
        try {
            TenantScope.callAsSystem(REASON, () -> deliveries.attempt(delivery)).ifPresent(alarm::setTo);
        } catch (RuntimeException e) {
            log.atWarn()
                    .setCause(e)
                    .addKeyValue("culvert.webhook.delivery_id", delivery.id())
                    .log("A webhook try could not be recorded; it is repeated when its lease ends");
        } finally {
            if (underWay.end(delivery.endpointId())) {
                alarm.setTo(clock.instant());
            }
        }
    }
}
