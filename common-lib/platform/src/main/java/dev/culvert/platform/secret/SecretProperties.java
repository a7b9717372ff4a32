package dev.culvert.platform.secret;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The key that protects stored secrets.
 *
 * @param key 32 random bytes in base64; whoever loses it loses what was sealed, so it is backed up with the database
 */
@ConfigurationProperties("culvert.secret")
public record SecretProperties(@DefaultValue("") String key) {

    @Override
    public String toString() {
        return "SecretProperties[key=<hidden>]";
    }
}
