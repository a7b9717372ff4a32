/** What tunnels carried, told to their owners and users: by hour, day, week and month, by user, and at which times most. */
@NullMarked
package dev.culvert.tunnel.history;

import org.jspecify.annotations.NullMarked;
