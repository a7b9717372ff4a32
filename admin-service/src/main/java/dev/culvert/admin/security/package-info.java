/** Finds and counts what looks like an attack among the audit rows. */
@NullMarked
package dev.culvert.admin.security;

import org.jspecify.annotations.NullMarked;
