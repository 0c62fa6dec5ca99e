"""Draws the sample sources as the files that offices really keep.

Knows nothing of the service: no import from its packages, so that the ingest
program is tested on files it did not write itself.
"""

from .bureaus import render_bureau_sheet as render_bureau_sheet
from .faqs import render_faq_sheet as render_faq_sheet
from .guides import render_guide_docx as render_guide_docx
from .guides import render_guide_md as render_guide_md
from .guides import render_guide_sheet as render_guide_sheet
from .halls import render_hall_sheet as render_hall_sheet
from .policies import render_policy_docx as render_policy_docx
from .policies import render_policy_html as render_policy_html
from .policies import render_policy_pdf as render_policy_pdf
