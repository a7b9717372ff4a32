/** Binds every transaction to one tenant, or to the audited system role, for PostgreSQL's row-level security. */
@NullMarked
package dev.culvert.data.tenant;

import org.jspecify.annotations.NullMarked;
