package dev.culvert.gateway.warmup;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is run before the gateway says that it is ready.
 *
 * @param enabled whether anything is
 * @param calls how many calls the gateway makes to itself; they are in its log, from its own address
 * @param longest after so long the gateway is ready, however far it has come
 */
@ConfigurationProperties("culvert.gateway.warm-up")
public record WarmUpProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("20") int calls,
        @DefaultValue("2s") Duration longest) {}
