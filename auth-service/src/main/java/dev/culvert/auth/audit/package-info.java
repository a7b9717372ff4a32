/** The record of what happens to accounts and sessions, and the questions people ask it (requirements R2.6, R2.6a). */
@NullMarked
package dev.culvert.auth.audit;

import org.jspecify.annotations.NullMarked;
