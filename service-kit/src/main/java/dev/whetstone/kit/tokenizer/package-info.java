/** What the services need to know about a base model's tokenizer. */
@NullMarked
package dev.whetstone.kit.tokenizer;

import org.jspecify.annotations.NullMarked;
