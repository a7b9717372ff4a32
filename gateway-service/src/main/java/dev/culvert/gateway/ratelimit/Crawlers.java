package dev.culvert.gateway.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.culvert.gateway.ratelimit.RateLimitProperties.CrawlerProperties;
import dev.culvert.platform.outbound.AddressRange;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Tells crawlers of search engines from those who say they are one (requirement S4.34): by their network, or by the name that
 * the owner of their address gave it, which counts when it leads back to the address. What a client calls itself only decides
 * whether its name is worth a look-up. No call waits for one: until it is done the caller is anybody.
 */
@Component
final class Crawlers {
    private static final int MOST_KEPT = 10_000;
    private static final int MOST_LOOK_UPS = 16;

    private final List<AddressRange> networks;
    private final CrawlerProperties properties;
    private final Function<InetAddress, String> nameOf;
    private final Semaphore lookUps = new Semaphore(MOST_LOOK_UPS);
    private final Cache<InetAddress, Verdict> verdicts;

    private enum Verdict {
        UNDER_WAY,
        CRAWLER,
        ANYBODY
    }

    @Autowired
    Crawlers(RateLimitProperties properties) {
        this(properties.crawlers(), properties.crawlerNames(), InetAddress::getCanonicalHostName);
    }

    /** @param nameOf a name that leads back to the address, or the address itself as text */
    Crawlers(List<String> networks, CrawlerProperties properties, Function<InetAddress, String> nameOf) {
        this.networks = networks.stream().map(AddressRange::parse).toList();
        this.properties = properties;
        this.nameOf = nameOf;
        verdicts = Caffeine.newBuilder()
                .maximumSize(MOST_KEPT)
                .expireAfterWrite(properties.remembered())
                .build();
    }

    /** Whether the client at this address, in textual form, is known to be a crawler now. */
    boolean include(String address, HttpHeaders headers) {
        if (networks.isEmpty() && properties.domains().isEmpty()) {
            return false;
        }
        InetAddress client = InetAddress.ofLiteral(address);
        return networks.stream().anyMatch(network -> network.contains(client))
                || (claims(headers) && verdict(client) == Verdict.CRAWLER);
    }

    private boolean claims(HttpHeaders headers) {
        if (properties.domains().isEmpty()) {
            return false;
        }
        String agent = Objects.requireNonNullElse(headers.getFirst(HttpHeaders.USER_AGENT), "")
                .toLowerCase(Locale.ROOT);
        return properties.agents().stream().anyMatch(agent::contains);
    }

    private Verdict verdict(InetAddress client) {
        Verdict known = verdicts.getIfPresent(client);
        if (known == null && lookUps.tryAcquire()) { // a flood of addresses gets no flood of questions
            known = verdicts.asMap().putIfAbsent(client, Verdict.UNDER_WAY);
            if (known == null) {
                var _ = Thread.ofPlatform().daemon().name("crawler-name").start(() -> lookUp(client));
                return Verdict.UNDER_WAY;
            }
            lookUps.release();
        }
        return Objects.requireNonNullElse(known, Verdict.UNDER_WAY);
    }

    private void lookUp(InetAddress client) {
        try {
            // Made anew: an address remembers a name that somebody else gave it.
            String name =
                    nameOf.apply(InetAddress.getByAddress(client.getAddress())).toLowerCase(Locale.ROOT);
            boolean crawler = properties.domains().stream()
                    .anyMatch(domain -> name.equals(domain) || name.endsWith('.' + domain));
            verdicts.put(client, crawler ? Verdict.CRAWLER : Verdict.ANYBODY);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException("An address of no length", impossible);
        } finally {
            lookUps.release();
        }
    }
}
