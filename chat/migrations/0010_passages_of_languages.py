import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    # The index is made from the articles, and nothing could have made one before: new tables.

    dependencies = [
        ('accounts', '0003_assistants'),
        ('chat', '0009_assistant_and_knowledge'),
    ]

    operations = [
        migrations.DeleteModel(name='PassageWord'),
        migrations.DeleteModel(name='Passage'),
        migrations.CreateModel(
            name='Passage',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('language', models.CharField(help_text='Whose stems its words have: en, pt.', max_length=10)),
                ('position', models.PositiveSmallIntegerField()),
                ('heading', models.CharField(blank=True, max_length=200)),
                ('text', models.TextField(help_text='Plain text, as it is said to a customer.')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passages', to='chat.article')),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
            ],
            options={
                'ordering': ['position'],
                'indexes': [models.Index(fields=['organization', 'language'], name='chat_passag_organiz_e144f6_idx')],
            },
        ),
        migrations.CreateModel(
            name='PassageWord',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=10)),
                ('stem', models.CharField(max_length=60)),
                ('weight', models.FloatField()),
                ('organization', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='accounts.organization')),
                ('passage', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='words', to='chat.passage')),
            ],
            options={
                'indexes': [models.Index(fields=['organization', 'language', 'stem'], name='chat_passag_organiz_67e0cb_idx')],
            },
        ),
    ]
