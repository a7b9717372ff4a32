package dev.culvert.user.preference;

import dev.culvert.contracts.event.UserEvent;
import dev.culvert.data.outbox.Outbox;
import dev.culvert.platform.caller.Caller;
import dev.culvert.user.mergepatch.MergePatch;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.node.ObjectNode;

/** Reads and changes preferences; they have their defaults until somebody chooses otherwise. */
@Service
@Transactional
class PreferencesService {
    private static final String SELECT =
            "SELECT theme, language, notifications FROM preferences WHERE user_id = :userId";

    private final JdbcClient jdbc;
    private final MergePatch patches;
    private final Outbox outbox;
    private final Clock clock;

    PreferencesService(JdbcClient jdbc, MergePatch patches, Outbox outbox, Clock clock) {
        this.jdbc = jdbc;
        this.patches = patches;
        this.outbox = outbox;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    Preferences of(Caller caller) {
        return read(caller, SELECT);
    }

    /** Replaces all of them. */
    Preferences replace(Caller caller, Preferences chosen) {
        return change(caller, _ -> chosen);
    }

    /** Changes what a JSON Merge Patch names; null goes back to the default. */
    Preferences patch(Caller caller, ObjectNode patch) {
        return change(caller, current -> patches.apply(current, patch, Preferences.class));
    }

    private Preferences change(Caller caller, UnaryOperator<Preferences> change) {
        store(caller, Preferences.defaults(), "ON CONFLICT DO NOTHING");
        Preferences before = read(caller, SELECT + " FOR UPDATE");
        Preferences after = change.apply(before);
        Set<String> changed = after.changesFrom(before);
        if (!changed.isEmpty()) {
            store(caller, after, """
                    ON CONFLICT (user_id) DO UPDATE SET theme = excluded.theme, language = excluded.language,
                      notifications = excluded.notifications, updated_at = excluded.updated_at
                    """);
            outbox.append(new UserEvent.PreferencesUpdated(caller.userId(), changed));
        }
        return after;
    }

    private Preferences read(Caller caller, String sql) {
        return jdbc.sql(sql)
                .param("userId", caller.userId())
                .query((row, _) -> new Preferences(
                        row.getString("theme"), row.getString("language"), row.getBoolean("notifications")))
                .optional()
                .orElseGet(Preferences::defaults);
    }

    private void store(Caller caller, Preferences preferences, String onConflict) {
        jdbc.sql("""
                        INSERT INTO preferences (user_id, tenant_id, theme, language, notifications, updated_at)
                        VALUES (:userId, :tenantId, :theme, :language, :notifications, :now)
                        """ + onConflict)
                .param("userId", caller.userId())
                .param("tenantId", caller.tenantId())
                .param("theme", preferences.theme())
                .param("language", preferences.language())
                .param("notifications", preferences.notifications())
                .param("now", clock.instant().atOffset(ZoneOffset.UTC))
                .update();
    }
}
