package dev.culvert.platform.caller;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.net.MalformedURLException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The issuer's public keys: read when the first token arrives, not at start, so that services may start in any order; read
 * again for an unknown key id, but not more often than {@link #READ_INTERVAL} allows; kept through an outage.
 */
final class IssuerKeys implements JWKSource<SecurityContext> {
    private static final Duration READ_INTERVAL = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int SIZE_LIMIT = 64 * 1024;

    private final JWKSource<SecurityContext> remote;
    private volatile boolean everRead;

    IssuerKeys(CallerProperties properties) {
        int timeout = (int) TIMEOUT.toMillis();
        try {
            remote = JWKSourceBuilder.<SecurityContext>create(
                            properties.jwksUrl().toURL(), new DefaultResourceRetriever(timeout, timeout, SIZE_LIMIT))
                    .cache(properties.keysKeptFor().toMillis(), 2L * timeout)
                    .refreshAheadCache(false)
                    .rateLimited(READ_INTERVAL.toMillis())
                    .retrying(true)
                    .outageTolerant(properties.keysKeptDuringOutage().toMillis())
                    .build();
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("culvert.caller.jwks-url is not an http(s) address", e);
        }
    }

    @Override
    public List<JWK> get(JWKSelector selector, @Nullable SecurityContext context) throws KeySourceException {
        try {
            List<JWK> keys = remote.get(selector, context);
            everRead = true;
            return keys;
        } catch (RateLimitReachedException e) {
            if (everRead) {
                return List.of(); // keys are known and were just read: the key id is simply not among them
            }
            throw new RemoteKeySourceException("Keys have not been read yet", e);
        }
    }
}
