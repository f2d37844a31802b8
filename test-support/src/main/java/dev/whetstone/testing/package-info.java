/** What the services' tests share: real infrastructure, keys, a probe for topics, house rules. */
@NullMarked
package dev.whetstone.testing;

import org.jspecify.annotations.NullMarked;
