package dev.culvert.proxy.ingress;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * The data port.
 *
 * @param address address to listen on
 * @param port port to listen on; 0 takes a free one
 * @param tunnelDataUrl data port of tunnel-service
 * @param connectTimeout longest wait for a connection to a target
 * @param idleTimeout longest silence of caller or target within a request, also before the first byte of the answer; there
 *     is no limit to the whole
 * @param ejection how long a target that failed is tried after the others
 * @param keptBody how much of a request's body is kept, so that it can be sent to the next target as well
 * @param answersKept how long a caller's right to a proxy is taken as read
 * @param drain how long requests may go on while the service stops
 */
@Validated
@ConfigurationProperties("culvert.proxy.ingress")
record IngressProperties(
        @NotBlank @DefaultValue("0.0.0.0") String address,
        @Min(0) @Max(65_535) @DefaultValue("9084") int port,
        @NotNull @DefaultValue("http://127.0.0.1:9083") URI tunnelDataUrl,

        @NotNull @DurationMin(millis = 10) @DefaultValue("3s")
        Duration connectTimeout,

        @NotNull @DurationMin(millis = 10) @DefaultValue("5m")
        Duration idleTimeout,

        @NotNull @DefaultValue("5s") Duration ejection,
        @NotNull @DefaultValue("64KB") DataSize keptBody,
        @NotNull @DefaultValue("2s") Duration answersKept,
        @NotNull @DefaultValue("10s") Duration drain) {}
