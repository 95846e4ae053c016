/* SPDX-License-Identifier: MIT */
#ifndef IPM_PAGES_H
#define IPM_PAGES_H

/* The page's files, embedded at build time from page/. */

#include "ipm_base.h"

extern const unsigned char page_index_html[], page_crash_html[], page_style_css[], page_page_js[],
	page_favicon_svg[];
extern const size_t page_index_html_len, page_crash_html_len, page_style_css_len, page_page_js_len,
	page_favicon_svg_len;

#endif
