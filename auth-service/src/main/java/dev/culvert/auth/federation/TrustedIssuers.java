package dev.culvert.auth.federation;

import dev.culvert.platform.caller.CallerProperties;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.stereotype.Component;

/** The providers the operator trusts: those that are listed, and Auth0 where the environment names it. */
@Component
class TrustedIssuers {
    private final List<TrustedIssuer> issuers;

    TrustedIssuers(
            IssuersProperties listed,
            FederationProperties properties,
            CallerProperties own,
            IssuerCalls calls,
            Clock clock) {
        List<ExternalIssuer> all = new ArrayList<>(listed.issuers());
        auth0(properties).ifPresent(all::add);
        requireDistinct(all, ExternalIssuer::id);
        requireDistinct(all, ExternalIssuer::issuer);
        if (all.stream().anyMatch(issuer -> issuer.issuer().equals(own.issuer()))) {
            throw new IllegalStateException("This suite's own issuer cannot be one of culvert.auth.issuers");
        }
        issuers = all.stream()
                .map(issuer -> new TrustedIssuer(issuer, new IssuerDocuments(issuer, calls, properties, clock)))
                .toList();
    }

    /** A provider with what is known of it. */
    record TrustedIssuer(ExternalIssuer settings, IssuerDocuments documents) {}

    /** The one whose tokens carry this {@code iss}. */
    Optional<TrustedIssuer> find(String issuer) {
        return first(settings -> settings.issuer().equals(issuer));
    }

    /** The one of an id, if people can sign in through it. */
    Optional<TrustedIssuer> findForSignIn(String id) {
        return first(settings -> settings.id().equals(id) && settings.offersSignIn());
    }

    /** Those that have a button on the sign-in page. */
    List<ExternalIssuer> forSignIn() {
        return issuers.stream()
                .map(TrustedIssuer::settings)
                .filter(ExternalIssuer::offersSignIn)
                .toList();
    }

    private Optional<TrustedIssuer> first(Predicate<ExternalIssuer> condition) {
        return issuers.stream()
                .filter(issuer -> condition.test(issuer.settings()))
                .findFirst();
    }

    /** Requirements R2.1, X-1. */
    private static Optional<ExternalIssuer> auth0(FederationProperties properties) {
        if (properties.auth0Domain().isEmpty() || properties.auth0Audience().isEmpty()) {
            return Optional.empty();
        }
        var source = new MapConfigurationPropertySource();
        source.put("auth0.id", "auth0");
        source.put("auth0.name", "Auth0");
        source.put("auth0.issuer", "https://" + properties.auth0Domain() + "/");
        source.put("auth0.audiences", properties.auth0Audience());
        source.put("auth0.algorithms", "RS256");
        return Optional.of(
                new Binder(source).bind("auth0", ExternalIssuer.class).get());
    }

    private static void requireDistinct(List<ExternalIssuer> issuers, Function<ExternalIssuer, String> property) {
        Set<String> seen = new HashSet<>();
        String twice =
                issuers.stream().map(property).filter(value -> !seen.add(value)).collect(Collectors.joining(", "));
        if (!twice.isEmpty()) {
            throw new IllegalStateException("Two of culvert.auth.issuers have the same id or issuer: " + twice);
        }
    }
}
