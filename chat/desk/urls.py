"""Where the desk's pages are, below the place the admin site gives them."""

from django.urls import path

from chat.desk import views

app_name = "desk"

urlpatterns = [
    path("", views.desk, name="index"),
    path("token", views.token, name="token"),
]
