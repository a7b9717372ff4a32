package dev.culvert.auth.browser;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Sessions of browsers on the pages of the authorization server.
 *
 * @param publicUrl address of the gateway as browsers see it; with https the cookies are sent over https only
 * @param sessionLifetime how long a sign-in by form serves further applications without the password
 * @param cleanupInterval how often expired sessions are deleted
 */
@ConfigurationProperties("culvert.auth.browser")
record BrowserProperties(
        @DefaultValue("http://127.0.0.1:8080") URI publicUrl,
        @DefaultValue("30m") Duration sessionLifetime,
        @DefaultValue("10m") Duration cleanupInterval) {

    boolean secure() {
        return "https".equals(publicUrl.getScheme());
    }
}
