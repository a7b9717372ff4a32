package dev.culvert.gateway.ratelimit;

import dev.culvert.gateway.ratelimit.RateLimitProperties.ExemptProperties;
import dev.culvert.gateway.ratelimit.RateLimitProperties.ExemptionType;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Calls that the budgets of user, tenant and key do not bind (requirement R6.7), ready to be used. Equal to itself alone.
 */
final class Exemption {
    private final String id;
    private final ExemptionType type;
    private final CallPattern calls;
    private final Optional<UUID> user;
    private final Optional<Integer> perUserAndHour;

    /**
     * What is exempt.
     *
     * @param user whom it is for; everybody when empty
     * @param perUserAndHour how many calls of each user are exempt in an hour; all when empty
     */
    Exemption(String id, ExemptionType type, CallPattern calls, Optional<UUID> user, Optional<Integer> perUserAndHour) {
        this.id = id;
        this.type = type;
        this.calls = calls;
        this.user = user;
        this.perUserAndHour = perUserAndHour;
    }

    static Exemption of(ExemptProperties properties) {
        return new Exemption(
                properties.type().name().toLowerCase(Locale.ROOT),
                properties.type(),
                new CallPattern(properties.methods(), properties.paths()),
                Optional.empty(),
                Optional.empty());
    }

    String id() {
        return id;
    }

    ExemptionType type() {
        return type;
    }

    Optional<Integer> perUserAndHour() {
        return perUserAndHour;
    }

    boolean covers(ServerHttpRequest request, UUID caller, boolean administrator) {
        return (administrator || type != ExemptionType.ADMIN_OPERATION)
                && (user.isEmpty() || user.get().equals(caller))
                && calls.covers(request);
    }
}
