package dev.culvert.gateway.cache;

import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The cache of answers to anonymous calls. What a service says about the life of an answer counts; the defaults here are for
 * answers of which it says nothing.
 *
 * @param enabled whether answers are kept and equal calls joined
 * @param redisUrl Redis in which instances share what they keep
 * @param redisBudget longest wait for Redis before the service is asked
 * @param memory bytes of answers this instance holds itself
 * @param maxAnswer longest body that is kept
 * @param defaultTtl life of an answer of {@link #heuristicPaths} that does not tell its own
 * @param heuristicPaths paths, with everything below them, whose answers live for {@link #defaultTtl} unless they say else
 * @param staleIfError how long beyond its life an answer may stand in for a service that fails, unless the answer forbids it
 * @param uncacheableMemory how long it is remembered that the answers of an address cannot be shared
 */
@ConfigurationProperties("culvert.gateway.cache")
public record CacheProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("redis://127.0.0.1:6379") String redisUrl,
        @DefaultValue("20ms") Duration redisBudget,
        @DefaultValue("32MB") DataSize memory,
        @DefaultValue("1MB") DataSize maxAnswer,
        @DefaultValue("5m") Duration defaultTtl,
        @DefaultValue List<String> heuristicPaths,
        @DefaultValue("10m") Duration staleIfError,
        @DefaultValue("10s") Duration uncacheableMemory) {

    public CacheProperties {
        heuristicPaths = List.copyOf(heuristicPaths);
    }
}
