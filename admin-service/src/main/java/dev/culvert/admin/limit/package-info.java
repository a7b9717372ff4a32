/** Keeps the limits that administrators lay down while gateways run: of single operations, and of tenants. */
@NullMarked
package dev.culvert.admin.limit;

import org.jspecify.annotations.NullMarked;
