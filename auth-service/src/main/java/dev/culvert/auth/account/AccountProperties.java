package dev.culvert.auth.account;

import jakarta.validation.constraints.NotNull;
import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * Registration, password resets and the first administrator.
 *
 * @param publicUrl address of the gateway as users see it; links in mails begin with it
 * @param verificationLifetime how long the link in a verification mail works (requirement X-9)
 * @param verificationInterval least time between two verification mails to one account
 * @param resetLifetime how long the link in a password reset mail works (requirement X-9)
 * @param resetInterval least time between two password reset mails to one account
 * @param initialAdminPassword password of the account {@code admin} made at the first start; when empty one is generated
 *     and logged once
 */
@Validated
@ConfigurationProperties("culvert.auth.account")
record AccountProperties(
        @NotNull URI publicUrl,
        @DefaultValue("24h") Duration verificationLifetime,
        @DefaultValue("1m") Duration verificationInterval,
        @DefaultValue("1h") Duration resetLifetime,
        @DefaultValue("1m") Duration resetInterval,
        @DefaultValue("") String initialAdminPassword) {

    /** Leaves the password out, so that it cannot get into a log. */
    @Override
    public String toString() {
        return "AccountProperties[" + publicUrl + "]";
    }
}
