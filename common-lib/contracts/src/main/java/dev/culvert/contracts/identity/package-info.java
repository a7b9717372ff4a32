/** Who a caller can be and what they may do: roles, permissions, tiers, scopes and the token claims that carry them. */
@NullMarked
package dev.culvert.contracts.identity;

import org.jspecify.annotations.NullMarked;
