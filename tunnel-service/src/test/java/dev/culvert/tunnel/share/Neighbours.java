package dev.culvert.tunnel.share;

import dev.culvert.testing.TestCallers;
import dev.culvert.testing.TestingPostgres;

/** Makes callers known as user-service's events would. */
public final class Neighbours {
    private Neighbours() {}

    /** Somebody with an account of this name, alone in a tenant that lets guests in. */
    public static TestCallers known(TestCallers caller, String name) {
        TestingPostgres.shared()
                .execute("INSERT INTO tunnel.people VALUES ('%s', '%s', '%s', '%s@Example.org')"
                        .formatted(caller.userId(), caller.tenantId(), name, name));
        tenant(caller, true);
        return caller;
    }

    /** Says whether the caller's tenant shares tunnels with others. */
    static void tenant(TestCallers caller, boolean outsideGuests) {
        TestingPostgres.shared().execute("""
                INSERT INTO tunnel.teams VALUES ('%s', 'Team of %s', %s)
                ON CONFLICT (tenant_id) DO UPDATE SET outside_guests = excluded.outside_guests""".formatted(caller.tenantId(), caller.userId(), outsideGuests));
    }
}
