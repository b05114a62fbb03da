"""The chat page; needs the extra `page`.

page      the Gradio page and its handlers      server    the web server around it
render    answers -> HTML                       reader    articles -> HTML
frame     the parts around them                 wording   every word of the page
feedback  thumbs -> a file                      style.css, page.js
"""
