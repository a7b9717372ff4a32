/** People on the pages of the authorization server: signing in by form, the browser's own short session, how pages look. */
@NullMarked
package dev.culvert.auth.browser;

import org.jspecify.annotations.NullMarked;
