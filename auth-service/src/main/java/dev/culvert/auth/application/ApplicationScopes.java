package dev.culvert.auth.application;

import dev.culvert.contracts.identity.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Scopes an application can be given, with what each means in words for the consent page. Those that manage credentials or
 * use an administrator's rights are not among them: they stay with people who sign in.
 */
public final class ApplicationScopes {
    public static final String OPENID = "openid";
    public static final String PROFILE = "profile";
    public static final String EMAIL = "email";
    public static final String OFFLINE_ACCESS = "offline_access";

    private static final Map<String, String> MEANINGS = meanings();

    private ApplicationScopes() {}

    /** Every scope an application can have. */
    public static Set<String> all() {
        return MEANINGS.keySet();
    }

    /** Scopes that say something about a person, which an application acting for itself has no use for. */
    public static boolean isAboutAPerson(String scope) {
        return List.of(OPENID, PROFILE, EMAIL, OFFLINE_ACCESS).contains(scope);
    }

    /** What the scope allows, in words; for a scope this class does not know, its name. */
    public static String meaning(String scope) {
        return MEANINGS.getOrDefault(scope, scope);
    }

    private static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        meanings.put(OPENID, "know that it is you who signs in");
        meanings.put(PROFILE, "see your user name");
        meanings.put(EMAIL, "see your e-mail address");
        meanings.put(OFFLINE_ACCESS, "stay connected while you are away");
        meanings.put(Scope.PROFILE_READ, "read your profile and preferences");
        meanings.put(Scope.TUNNELS_READ, "see your tunnels");
        meanings.put(Scope.TUNNELS_WRITE, "create, change and delete your tunnels");
        meanings.put(Scope.TUNNELS_CONNECT, "connect an agent to your tunnels");
        meanings.put(Scope.TUNNELS_USE, "send requests through your tunnels");
        meanings.put(Scope.PROXIES_READ, "see your proxies");
        meanings.put(Scope.PROXIES_WRITE, "create, change and delete your proxies");
        meanings.put(Scope.PROXIES_USE, "send requests through your proxies");
        meanings.put(Scope.WEBHOOKS_READ, "see your webhooks and their deliveries");
        meanings.put(Scope.WEBHOOKS_WRITE, "create, change and delete your webhooks");
        return Collections.unmodifiableMap(meanings);
    }
}
