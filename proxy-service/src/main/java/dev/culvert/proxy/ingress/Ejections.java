package dev.culvert.proxy.ingress;

import dev.culvert.proxy.proxy.ProxyRoute;
import dev.culvert.proxy.proxy.Target;
import dev.culvert.proxy.proxy.TargetHealth;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/**
 * Remembers for a few seconds which targets failed, so that they are tried after the others. They are still tried when
 * nothing else is left: a target is never given up on the word of one request.
 */
@Component
class Ejections implements TargetHealth {
    private record Key(UUID proxyId, Target target) {}

    private final ConcurrentHashMap<Key, Instant> until = new ConcurrentHashMap<>();
    private final IngressProperties properties;
    private final Clock clock;

    Ejections(IngressProperties properties, Clock clock) {
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public boolean available(UUID proxyId, Target target) {
        Key key = new Key(proxyId, target);
        Instant end = until.get(key);
        if (end == null) {
            return true;
        }
        if (clock.instant().isBefore(end)) {
            return false;
        }
        until.remove(key, end);
        return true;
    }

    void failed(UUID proxyId, Target target) {
        Instant now = clock.instant();
        until.values().removeIf(end -> !now.isBefore(end));
        until.put(new Key(proxyId, target), now.plus(properties.ejection()));
    }

    void succeeded(UUID proxyId, Target target) {
        until.remove(new Key(proxyId, target));
    }

    /** The route's targets in the order to try them: those that failed a moment ago last. */
    List<Target> inOrder(ProxyRoute route) {
        List<Target> first = new ArrayList<>();
        List<Target> last = new ArrayList<>();
        for (Target target : route.targets()) {
            (available(route.proxyId(), target) ? first : last).add(target);
        }
        first.addAll(last);
        return first;
    }
}
