package dev.culvert.auth.mail;

import dev.culvert.auth.cleanup.Leftovers;
import java.time.Clock;
import java.time.ZoneOffset;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Mails that were sent or given up long enough ago that nobody asks about them. */
@Component
class OldMails implements Leftovers {
    private final JdbcClient jdbc;
    private final MailProperties properties;
    private final Clock clock;

    OldMails(JdbcClient jdbc, MailProperties properties, Clock clock) {
        this.jdbc = jdbc;
        this.properties = properties;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "mails";
    }

    @Override
    public int remove(int limit) {
        return jdbc.sql("""
                        DELETE FROM mail WHERE id IN (
                          SELECT id FROM mail
                          WHERE (sent_at IS NOT NULL OR given_up_at IS NOT NULL) AND coalesce(sent_at, given_up_at) < :end
                          LIMIT :limit FOR UPDATE SKIP LOCKED)
                        """)
                .param("end", clock.instant().minus(properties.retention()).atOffset(ZoneOffset.UTC))
                .param("limit", limit)
                .update();
    }
}
