package dev.culvert.admin.users;

import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Where users are asked for.
 *
 * @param userService base address of user-service
 * @param connectTimeout time to connect to it
 * @param readTimeout time it has for an answer
 */
@Validated
@ConfigurationProperties("culvert.admin.users")
record UsersProperties(
        @NotNull URI userService,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("5s") Duration readTimeout) {}
