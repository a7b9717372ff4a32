package dev.culvert.tunnel.access;

import dev.culvert.data.tenant.TenantScope;
import dev.culvert.tunnel.session.Grant;
import dev.culvert.tunnel.session.RequestObserver;
import dev.culvert.tunnel.session.RequestStart;
import dev.culvert.tunnel.session.TrafficMeter;
import io.netty.buffer.ByteBuf;
import jakarta.annotation.PreDestroy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Adds up the bytes that move by shares and links with a quota, and stores them when asked, which is some times a second. A kill
 * loses what moved since; nothing is counted twice but what was stored in a transaction whose commit was not heard.
 */
@Component
class ShareMeter implements TrafficMeter {
    private static final Logger log = LoggerFactory.getLogger(ShareMeter.class);

    private final ConcurrentHashMap<UUID, Moved> open = new ConcurrentHashMap<>();
    private final GrantQuotas quotas;
    private final TransactionOperations transactions;

    ShareMeter(GrantQuotas quotas, TransactionOperations transactions) {
        this.quotas = quotas;
        this.transactions = transactions;
    }

    /** A right that allows no more. */
    record UsedUp(UUID tunnelId, UUID grantId) {}

    /** What has moved by a share or link and is not stored yet. */
    private static final class Moved {
        private final UUID tunnelId;
        private final Grant.Kind kind;
        private final AtomicLong bytes = new AtomicLong();

        /** Changed inside the map's compute only. */
        private int running;

        Moved(UUID tunnelId, Grant.Kind kind) {
            this.tunnelId = tunnelId;
            this.kind = kind;
        }
    }

    @Override
    public RequestObserver begin(RequestStart request) {
        Grant grant = request.grant();
        if (!grant.limited()) {
            return _ -> {};
        }
        UUID id = grant.id().orElseThrow();
        AtomicLong bytes = open.compute(id, (_, known) -> {
                    Moved moved = known == null ? new Moved(request.tunnelId(), grant.kind()) : known;
                    moved.running++;
                    return moved;
                })
                .bytes;
        return new RequestObserver() {
            @Override
            public void requestBytes(ByteBuf moved) {
                bytes.addAndGet(moved.readableBytes());
            }

            @Override
            public void answerBytes(ByteBuf moved) {
                bytes.addAndGet(moved.readableBytes());
            }

            @Override
            public void ended(Traffic traffic) {
                open.computeIfPresent(id, (_, moved) -> {
                    moved.running--;
                    return moved;
                });
            }
        };
    }

    /** Who comes by a share was told of at the beginning of the request; whatever is told of at its end only is not theirs. */
    @Override
    public void record(Traffic traffic) {}

    /** Stores what has moved by one right, before it is asked whether there is room. Begins a transaction of its own. */
    void settle(UUID grantId) {
        Moved moved = open.get(grantId);
        if (moved != null) {
            store(grantId, moved);
        }
    }

    /** Stores what has moved by all of them, and answers which are used up. */
    List<UsedUp> settle() {
        List<UsedUp> usedUp = new ArrayList<>();
        open.forEach((grantId, moved) -> {
            if (store(grantId, moved)) {
                usedUp.add(new UsedUp(moved.tunnelId, grantId));
            }
            open.computeIfPresent(grantId, (_, known) -> known.running == 0 && known.bytes.get() == 0 ? null : known);
        });
        return usedUp;
    }

    /** Stores the rest when the service stops. */
    @PreDestroy
    void stop() {
        settle();
    }

    private boolean store(UUID grantId, Moved moved) {
        long bytes = moved.bytes.getAndSet(0);
        if (bytes == 0) {
            return false;
        }
        try {
            return Optional.ofNullable(TenantScope.callAsSystem(
                            "count what moved by a share",
                            () -> transactions.execute(_ -> quotas.moved(moved.kind, grantId, bytes))))
                    .orElse(false);
        } catch (DataAccessException | TransactionException e) {
            moved.bytes.addAndGet(bytes);
            log.atWarn().setCause(e).log("What moved by a share cannot be stored now and is kept for the next try");
            return false;
        }
    }
}
